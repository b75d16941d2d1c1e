package io.sluice.config.engine.link;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/** How links write text: percent-encoded (RFC 3986 §2.1) and in base64 of either alphabet, padded or not (RFC 4648 §4, §5). */
final class LinkText {

    private static final String UNRESERVED = "-._~";

    private LinkText() {}

    /** @param field named if it is not what it should be */
    static String decode(String text, String field) throws LinkException {
        if (text.indexOf('%') < 0) {
            return text;
        }
        ByteArrayOutputStream octets = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            if (c == '%') {
                int high = i + 1 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
                int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
                if (high < 0 || low < 0) {
                    throw new LinkException(field, "a percent sign is not followed by two hexadecimal digits");
                }
                octets.write(high << 4 | low);
                i += 3;
            } else {
                octets.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
                i += Character.charCount(c);
            }
        }
        return utf8(octets.toByteArray())
                .orElseThrow(() -> new LinkException(field, "its percent-encoded octets are no UTF-8"));
    }

    /** Everything but letters, digits and {@code -._~} is encoded. */
    static String encode(String text) {
        return encode(text, "");
    }

    /** @param safe further characters that stay as they are */
    static String encode(String text, String safe) {
        StringBuilder encoded = new StringBuilder(text.length());
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (octet & 0xff);
            boolean plain = c < 128 && (Character.isLetterOrDigit(c) || (UNRESERVED + safe).indexOf(c) >= 0);
            if (plain) {
                encoded.append(c);
            } else {
                encoded.append('%').append("%02X".formatted((int) c));
            }
        }
        return encoded.toString();
    }

    /** Empty if it is not base64, or not of text. */
    static Optional<String> base64(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '-' -> plain.append('+');
                case '_' -> plain.append('/');
                case '=', '\r', '\n', ' ', '\t' -> {}
                default -> plain.append(c);
            }
        }
        try {
            return utf8(Base64.getDecoder().decode(plain.toString()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Whether it can be written in UTF-8: JSON's escapes can make halves of surrogate pairs. */
    static boolean isText(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    static String toBase64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    static String toBase64Url(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Optional<String> utf8(byte[] octets) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }
}
