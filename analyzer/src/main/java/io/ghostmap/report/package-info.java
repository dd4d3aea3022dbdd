/**
 * The report as people and programs read it. {@link io.ghostmap.report.ReportModel} takes an incident and its diagnosis;
 * HTML, JSON, Markdown and terminal texts are rendered from its typed values. No renderer draws a conclusion or takes a
 * sentence apart, and every value from the bundle is escaped where it leaves.
 */
@NullMarked
package io.ghostmap.report;

import org.jspecify.annotations.NullMarked;
