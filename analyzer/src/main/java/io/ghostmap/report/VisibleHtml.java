package io.ghostmap.report;

import freemarker.core.CommonMarkupOutputFormat;
import freemarker.core.CommonTemplateMarkupOutputModel;
import freemarker.template.utility.StringUtil;
import io.ghostmap.bundle.Printable;
import java.io.IOException;
import java.io.Writer;
import org.jspecify.annotations.Nullable;

/**
 * HTML escaping that also writes out control and direction characters: U+202E in a service's name could otherwise
 * reverse an address on the screen. Every value of the page passes through it.
 */
final class VisibleHtml extends CommonMarkupOutputFormat<VisibleHtml.Markup> {
    static final VisibleHtml INSTANCE = new VisibleHtml();

    private VisibleHtml() {}

    /** HTML that {@link HtmlText} made, with everything in it escaped. */
    static final class Markup extends CommonTemplateMarkupOutputModel<Markup> {
        private Markup(@Nullable String plain, @Nullable String markup) {
            super(plain, markup);
        }

        @Override
        public VisibleHtml getOutputFormat() {
            return INSTANCE;
        }
    }

    @Override
    public String getName() {
        return "HTML";
    }

    @Override
    public String getMimeType() {
        return "text/html";
    }

    @Override
    public void output(String textToEscape, Writer out) throws IOException {
        out.write(escapePlainText(textToEscape));
    }

    @Override
    public String escapePlainText(String plainText) {
        return StringUtil.XHTMLEnc(Printable.whole(plainText));
    }

    @Override
    public boolean isLegacyBuiltInBypassed(String builtInName) {
        return builtInName.equals("html") || builtInName.equals("xhtml");
    }

    @Override
    protected Markup newTemplateMarkupOutputModel(@Nullable String plainTextContent, @Nullable String markupContent) {
        return new Markup(plainTextContent, markupContent);
    }
}
