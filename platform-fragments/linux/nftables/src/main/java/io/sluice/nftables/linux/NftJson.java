package io.sluice.nftables.linux;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Writes maps, lists, strings and whole numbers as JSON (RFC 8259). A string can hold anything: it is escaped. */
final class NftJson {

    private final StringBuilder out = new StringBuilder();

    private NftJson() {}

    static String of(Object value) {
        NftJson json = new NftJson();
        json.write(value);
        return json.out.toString();
    }

    private void write(Object value) {
        switch (value) {
            case null -> out.append("null");
            case Map<?, ?> object -> object(object);
            case List<?> array -> array(array);
            case String text -> string(text);
            case Integer number -> out.append(number.intValue());
            case Long number -> out.append(number.longValue());
            default -> throw new IllegalArgumentException("no JSON for " + value.getClass());
        }
    }

    private void object(Map<?, ?> object) {
        out.append('{');
        Iterator<? extends Map.Entry<?, ?>> entries = object.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<?, ?> entry = entries.next();
            string((String) entry.getKey());
            out.append(':');
            write(entry.getValue());
            if (entries.hasNext()) {
                out.append(',');
            }
        }
        out.append('}');
    }

    private void array(List<?> array) {
        out.append('[');
        for (int i = 0; i < array.size(); i++) {
            if (i > 0) {
                out.append(',');
            }
            write(array.get(i));
        }
        out.append(']');
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
