package io.ghostmap.report;

import freemarker.template.DefaultObjectWrapper;
import freemarker.template.TemplateHashModel;
import freemarker.template.TemplateModel;
import freemarker.template.TemplateModelException;
import freemarker.template.Version;
import io.ghostmap.bundle.Artifact;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Templates see the results of a record's methods without arguments, above all its components; and lists, maps, texts,
 * numbers, truth values, and optional values as present or missing. Sentences and terms become finished HTML. Templates see
 * no other object, and no method with an argument.
 */
final class RecordWrapper extends DefaultObjectWrapper {
    private final Map<Class<?>, Map<String, Method>> answers = new HashMap<>();

    private final HtmlText html;

    RecordWrapper(Version improvements, HtmlText html) {
        super(improvements);
        this.html = html;
    }

    @Override
    protected @Nullable TemplateModel handleUnknownType(Object object) throws TemplateModelException {
        if (object instanceof Optional<?> value) {
            return value.isPresent() ? wrap(value.get()) : null; // which the template asks with ??
        }
        if (object instanceof Text text) {
            return html.of(text);
        }
        if (object instanceof Artifact artifact) {
            return html.of(artifact.term());
        }
        if (object instanceof Term term) {
            return html.of(term);
        }
        if (object instanceof Anchors.Unlinked unlinked) {
            return html.of(unlinked);
        }
        if (object instanceof Anchors.Listed listed) {
            return html.of(listed);
        }
        if (!(object instanceof Record record)) {
            throw new TemplateModelException(
                    "no template may see a " + object.getClass().getName());
        }
        return new Members(record, answers.computeIfAbsent(record.getClass(), RecordWrapper::answersOf));
    }

    private static Map<String, Method> answersOf(Class<?> type) {
        Map<String, Method> byName = new HashMap<>();
        for (Method method : type.getDeclaredMethods()) {
            if (method.getParameterCount() == 0 && Modifier.isPublic(method.getModifiers()) && !isStatic(method)) {
                method.setAccessible(true); // the record itself need not be public
                byName.put(method.getName(), method);
            }
        }
        return byName;
    }

    private static boolean isStatic(Method method) {
        return Modifier.isStatic(method.getModifiers());
    }

    private final class Members implements TemplateHashModel {
        private final Record record;
        private final Map<String, Method> byName;

        Members(Record record, Map<String, Method> byName) {
            this.record = record;
            this.byName = byName;
        }

        @Override
        public @Nullable TemplateModel get(String name) throws TemplateModelException {
            Method answer = byName.get(name);
            try {
                return answer == null ? null : wrap(answer.invoke(record));
            } catch (ReflectiveOperationException e) {
                throw new TemplateModelException("no answer from " + name + " of " + record.getClass(), e);
            }
        }

        @Override
        public boolean isEmpty() {
            return byName.isEmpty();
        }
    }
}
