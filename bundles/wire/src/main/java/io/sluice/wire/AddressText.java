package io.sluice.wire;

/**
 * Addresses as text. Written: dotted decimal, and RFC 5952 §4 for IPv6. Read: any form of RFC 4291 §2.2; an IPv4 number has no leading
 * zero, because some readers take that for octal (RFC 6943 §3.1.1); no zone, no brackets, no prefix length.
 */
public final class AddressText {

    private static final int GROUPS = 8;

    private AddressText() {}

    public static String text4(int bits) {
        StringBuilder out = new StringBuilder(15);
        append4(out, bits);
        return out.toString();
    }

    public static String text6(long high, long low) {
        StringBuilder out = new StringBuilder(39);
        append6(out, high, low);
        return out.toString();
    }

    public static void append4(StringBuilder out, int bits) {
        out.append(bits >>> 24).append('.');
        out.append(bits >>> 16 & 0xff).append('.');
        out.append(bits >>> 8 & 0xff).append('.');
        out.append(bits & 0xff);
    }

    public static void append6(StringBuilder out, long high, long low) {
        if (Ip6Address.isV4Mapped(high, low)) {
            out.append("::ffff:"); // RFC 5952 §5
            append4(out, (int) low);
            return;
        }
        int gapStart = -1;
        int gapLength = 1; // RFC 5952 §4.2.2: a single zero group is not shortened
        for (int group = 0; group < GROUPS; group++) {
            int zeros = zeroGroups(high, low, group);
            if (zeros > gapLength) {
                gapStart = group; // RFC 5952 §4.2.3: the longest run, the first of equal ones
                gapLength = zeros;
            }
            group += zeros;
        }
        for (int group = 0; group < GROUPS; ) {
            if (group == gapStart) {
                out.append("::");
                group += gapLength;
            } else {
                out.append(Integer.toHexString(group(high, low, group)));
                group++;
                if (group < GROUPS && group != gapStart) {
                    out.append(':');
                }
            }
        }
    }

    private static int zeroGroups(long high, long low, int from) {
        int group = from;
        while (group < GROUPS && group(high, low, group) == 0) {
            group++;
        }
        return group - from;
    }

    private static int group(long high, long low, int group) {
        long half = group < 4 ? high : low;
        return (int) (half >>> (48 - 16 * (group & 3))) & 0xffff;
    }

    /**
     * Reads an address of either family.
     *
     * @throws IllegalArgumentException when the text is not an address
     */
    public static IpAddress parse(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == ':') {
                return parse6(text);
            }
        }
        return new Ip4Address(parse4(text, 0));
    }

    /**
     * Reads an IPv4 address.
     *
     * @throws IllegalArgumentException when the text is not an IPv4 address
     */
    public static int parse4(CharSequence text) {
        return parse4(text, 0);
    }

    private static int parse4(CharSequence text, int from) {
        int bits = 0;
        int index = from;
        for (int octet = 0; octet < 4; octet++) {
            if (octet > 0) {
                require(index < text.length() && text.charAt(index) == '.', text, index, "'.' is missing");
                index++;
            }
            int start = index;
            int value = 0;
            while (index < text.length() && index - start < 3 && isDigit(text.charAt(index))) {
                value = 10 * value + text.charAt(index++) - '0';
            }
            require(index > start && value <= 255, text, start, "a number from 0 to 255 is missing");
            require(index - start == 1 || text.charAt(start) != '0', text, start, "a leading zero is ambiguous");
            bits = bits << 8 | value;
        }
        require(index == text.length(), text, index, "text behind the address");
        return bits;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /**
     * Reads an IPv6 address.
     *
     * @throws IllegalArgumentException when the text is not an IPv6 address
     */
    public static Ip6Address parse6(CharSequence text) {
        int[] groups = new int[GROUPS];
        int count = 0;
        int gap = -1;
        int index = 0;
        int length = text.length();
        if (length >= 2 && text.charAt(0) == ':') {
            require(text.charAt(1) == ':', text, 0, "a single ':' begins the address");
            gap = 0;
            index = 2;
        }
        while (index < length) {
            require(count < GROUPS, text, index, "more than eight groups");
            int end = endOfGroup(text, index);
            if (end < length && text.charAt(end) == '.') {
                require(count <= GROUPS - 2, text, index, "more than eight groups");
                int v4 = parse4(text, index);
                groups[count++] = v4 >>> 16;
                groups[count++] = v4 & 0xffff;
                break;
            }
            require(end > index && end - index <= 4, text, index, "a group has one to four hexadecimal digits");
            groups[count++] = Integer.parseInt(text, index, end, 16);
            index = end;
            if (index == length) {
                break;
            }
            require(text.charAt(index) == ':', text, index, "':' is missing");
            index++;
            require(index < length, text, index, "a single ':' ends the address");
            if (text.charAt(index) == ':') {
                require(gap < 0, text, index, "'::' may appear once");
                gap = count;
                index++;
            }
        }
        require(gap < 0 ? count == GROUPS : count < GROUPS, text, length, "wrong number of groups");
        return assemble(groups, count, gap < 0 ? count : gap);
    }

    private static int endOfGroup(CharSequence text, int from) {
        int end = from;
        while (end < text.length() && end - from <= 4 && isHexDigit(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isHexDigit(char c) {
        return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }

    private static Ip6Address assemble(int[] groups, int count, int gap) {
        long high = 0;
        long low = 0;
        int behindGap = count - gap;
        for (int group = 0; group < GROUPS; group++) {
            int value = 0;
            if (group < gap) {
                value = groups[group];
            } else if (group >= GROUPS - behindGap) {
                value = groups[count - (GROUPS - group)];
            }
            if (group < 4) {
                high = high << 16 | value;
            } else {
                low = low << 16 | value;
            }
        }
        return new Ip6Address(high, low);
    }

    private static void require(boolean condition, CharSequence text, int index, String problem) {
        if (!condition) {
            throw new IllegalArgumentException(
                    "not an IP address: \"" + text + "\": " + problem + " at character " + (index + 1));
        }
    }
}
