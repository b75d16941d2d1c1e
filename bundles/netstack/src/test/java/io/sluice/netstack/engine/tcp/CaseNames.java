package io.sluice.netstack.engine.tcp;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;

/** Puts the conformance cases a test stands for, which are its tags, before its name: {@code TC-15 established_syn_challengeAck()}. */
public final class CaseNames extends DisplayNameGenerator.Standard {

    @Override
    public String generateDisplayNameForMethod(List<Class<?>> enclosing, Class<?> testClass, Method method) {
        String cases = Arrays.stream(method.getAnnotationsByType(Tag.class))
                .map(Tag::value)
                .filter(tag -> tag.startsWith("TC-"))
                .collect(Collectors.joining(" "));
        String name = super.generateDisplayNameForMethod(enclosing, testClass, method);
        return cases.isEmpty() ? name : cases + " " + name;
    }
}
