/**
 * The report: one model, rendered as HTML, JSON, Markdown and terminal text. In goes a
 * {@link io.ghostmap.diagnosis.Diagnosis} with its case, out go texts. Renderers decide nothing; every value from the
 * bundle is escaped on its way out.
 */
@NullMarked
package io.ghostmap.report;

import org.jspecify.annotations.NullMarked;
