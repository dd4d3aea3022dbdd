package io.ghostmap.report;

import freemarker.core.TemplateClassResolver;
import freemarker.template.Configuration;
import freemarker.template.Template;
import freemarker.template.TemplateException;
import freemarker.template.TemplateExceptionHandler;
import freemarker.template.Version;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import java.util.TimeZone;

/**
 * The HTML form: one file, no script, no request to anywhere. The content security policy allows the one style sheet by
 * its digest and nothing else, so that even a missed escape could not fetch or run anything.
 */
public final class HtmlRenderer {
    private static final Version IMPROVEMENTS = Configuration.VERSION_2_3_34;
    private static final String TEMPLATE = "report.ftlh";
    private static final String STYLE = "report.css";

    private HtmlRenderer() {}

    public static String render(ReportModel model) {
        String style = resource(STYLE);
        Anchors anchors = new Anchors();
        Page page = Page.of(model, anchors, style, digest(style));
        StringWriter out = new StringWriter();
        try {
            Template template = configuration(anchors).getTemplate(TEMPLATE);
            template.process(page, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (TemplateException e) {
            throw new IllegalStateException("the report's template failed: " + e.getMessageWithoutStackTop(), e);
        }
        return out.toString();
    }

    private static Configuration configuration(Anchors anchors) {
        Configuration configuration = new Configuration(IMPROVEMENTS);
        configuration.setClassForTemplateLoading(HtmlRenderer.class, "");
        configuration.setDefaultEncoding(StandardCharsets.UTF_8.name());
        configuration.setOutputFormat(VisibleHtml.INSTANCE);
        configuration.setRecognizeStandardFileExtensions(false); // .ftlh would bring back the plain HTML format
        configuration.setNewBuiltinClassResolver(TemplateClassResolver.ALLOWS_NOTHING_RESOLVER);
        configuration.setTemplateExceptionHandler(TemplateExceptionHandler.RETHROW_HANDLER);
        configuration.setLogTemplateExceptions(false);
        configuration.setWrapUncheckedExceptions(true);
        configuration.setLocale(Locale.ROOT);
        configuration.setTimeZone(TimeZone.getTimeZone("UTC"));
        configuration.setNumberFormat("c");
        configuration.setBooleanFormat("c");
        configuration.setObjectWrapper(new RecordWrapper(IMPROVEMENTS, new HtmlText(anchors)));
        return configuration;
    }

    private static String resource(String name) {
        try (InputStream in = HtmlRenderer.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is not in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String digest(String text) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return Base64.getEncoder().encodeToString(sha256.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("a Java platform without SHA-256", e);
        }
    }
}
