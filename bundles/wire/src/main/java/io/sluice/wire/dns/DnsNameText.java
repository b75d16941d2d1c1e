package io.sluice.wire.dns;

/** Domain names as text: RFC 1035 §5.1. */
final class DnsNameText {

    private DnsNameText() {}

    static String of(DnsName name) {
        if (name.isRoot()) {
            return ".";
        }
        StringBuilder out = new StringBuilder(name.length());
        int index = 0;
        while (name.octet(index) != 0) {
            if (index > 0) {
                out.append('.');
            }
            int end = index + name.octet(index);
            while (index++ < end) {
                append(out, name.octet(index));
            }
        }
        return out.toString();
    }

    private static void append(StringBuilder out, int octet) {
        if (octet == '.' || octet == '\\') {
            out.append('\\').append((char) octet);
        } else if (octet > ' ' && octet < 0x7f) {
            out.append((char) octet);
        } else {
            out.append('\\').append((char) ('0' + octet / 100));
            out.append((char) ('0' + octet / 10 % 10)).append((char) ('0' + octet % 10));
        }
    }

    static DnsName parse(String text) {
        if (text.equals(".")) {
            return DnsName.ROOT;
        }
        byte[] octets = new byte[DnsName.MAX_LENGTH];
        int labelAt = 0;
        int written = 1;
        int index = 0;
        while (index < text.length()) {
            char c = text.charAt(index);
            if (c == '.') {
                closeLabel(octets, labelAt, written, text);
                labelAt = written++;
                index++;
            } else {
                int octet = octet(text, index);
                index += c != '\\' ? 1 : isDigit(text.charAt(index + 1)) ? 4 : 2;
                require(written < DnsName.MAX_LENGTH - 1, text, "is longer than 255 octets");
                octets[written++] = (byte) octet;
            }
        }
        if (written - labelAt > 1 || labelAt == 0) {
            closeLabel(octets, labelAt, written, text);
            written++; // the root's label
        }
        return DnsName.of(octets, written);
    }

    private static void closeLabel(byte[] octets, int labelAt, int end, String text) {
        int length = end - labelAt - 1;
        require(length > 0, text, "has an empty label");
        require(length <= DnsName.MAX_LABEL, text, "has a label of more than 63 octets");
        octets[labelAt] = (byte) length;
    }

    private static int octet(String text, int index) {
        char c = text.charAt(index);
        if (c != '\\') {
            require(c < 0x80, text, "is not ASCII: convert it with IDNA first");
            return c;
        }
        require(index + 1 < text.length(), text, "ends with a backslash");
        char escaped = text.charAt(index + 1);
        if (!isDigit(escaped)) {
            require(escaped < 0x80, text, "is not ASCII: convert it with IDNA first");
            return escaped;
        }
        int octet = 0;
        for (int digit = 1; digit <= 3; digit++) {
            boolean present = index + digit < text.length() && isDigit(text.charAt(index + digit));
            require(present, text, "has a backslash with less than three digits");
            octet = 10 * octet + text.charAt(index + digit) - '0';
        }
        require(octet <= 255, text, "has an escaped octet above 255");
        return octet;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static void require(boolean condition, String text, String problem) {
        if (!condition) {
            throw new IllegalArgumentException("not a domain name: \"" + text + "\" " + problem);
        }
    }
}
