package io.ghostmap.report;

import freemarker.core.HTMLOutputFormat;
import freemarker.template.TemplateModelException;
import io.ghostmap.bundle.Printable;
import java.io.IOException;
import java.io.Writer;

/**
 * HTML escaping that also writes out control and direction characters: U+202E in a service's name would otherwise turn
 * an address around on the screen. The one place through which every value reaches the page.
 */
final class VisibleHtml extends HTMLOutputFormat {
    static final VisibleHtml INSTANCE = new VisibleHtml();

    private VisibleHtml() {}

    @Override
    public void output(String textToEscape, Writer out) throws IOException, TemplateModelException {
        super.output(Printable.whole(textToEscape), out);
    }

    @Override
    public String escapePlainText(String plainText) {
        return super.escapePlainText(Printable.whole(plainText));
    }
}
