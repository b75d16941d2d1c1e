package io.sluice.blackbox;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A colour of sRGB, 0…255 each. */
record Colour(int red, int green, int blue) {

    private static final Pattern HEX = Pattern.compile("#(\\p{XDigit}{2})(\\p{XDigit}{2})(\\p{XDigit}{2})");
    private static final Pattern RGB = Pattern.compile("rgb\\((\\d+), (\\d+), (\\d+)\\)");

    /** As style sheets and browsers write it: {@code #a0b1c2} or {@code rgb(160, 177, 194)}. */
    static Colour of(String text) {
        Matcher hex = HEX.matcher(text);
        if (hex.matches()) {
            return new Colour(
                    Integer.parseInt(hex.group(1), 16),
                    Integer.parseInt(hex.group(2), 16),
                    Integer.parseInt(hex.group(3), 16));
        }
        Matcher rgb = RGB.matcher(text);
        if (rgb.matches()) {
            return new Colour(
                    Integer.parseInt(rgb.group(1)), Integer.parseInt(rgb.group(2)), Integer.parseInt(rgb.group(3)));
        }
        throw new IllegalArgumentException("'" + text + "' is no opaque colour");
    }

    /** The contrast ratio, 1 to 21: WCAG 2.2. */
    double contrast(Colour other) {
        double lighter = Math.max(luminance(), other.luminance());
        double darker = Math.min(luminance(), other.luminance());
        return (lighter + 0.05) / (darker + 0.05);
    }

    /** Relative luminance: WCAG 2.2, Terms. */
    private double luminance() {
        return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
    }

    private static double linear(int value) {
        double share = value / 255.0;
        return share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
    }
}
