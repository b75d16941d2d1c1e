package io.sluice.config.engine;

import io.sluice.api.config.Problem.Severity;

/** Every problem that a configuration can have. Codes are stable: SL10xx syntax, SL11xx shape, SL12xx sense, SL13xx values, SL20xx effect. */
public enum ProblemCode {
    UNEXPECTED_CHARACTER("SL1001", Severity.ERROR, "a character stands where JSON allows none"),
    UNEXPECTED_END("SL1002", Severity.ERROR, "the text ends in the middle of a value"),
    MISSING_COMMA("SL1003", Severity.ERROR, "two values stand side by side without a comma"),
    MISSING_COLON("SL1004", Severity.ERROR, "a name has no colon and value"),
    UNTERMINATED_STRING("SL1005", Severity.ERROR, "a string is not closed on its line"),
    BAD_ESCAPE("SL1006", Severity.ERROR, "a backslash is followed by what JSON does not know"),
    BAD_NUMBER("SL1007", Severity.ERROR, "a number is not written as JSON wants it"),
    UNQUOTED("SL1008", Severity.ERROR, "a name or string has no double quotes"),
    DUPLICATE_FIELD("SL1009", Severity.ERROR, "a field stands twice in one object"),
    TRAILING_TEXT("SL1010", Severity.ERROR, "something follows the end of the configuration"),
    TOO_DEEP("SL1011", Severity.ERROR, "objects and arrays are nested too deeply"),
    TOO_LARGE("SL1012", Severity.ERROR, "the text is too large"),
    UNTERMINATED_COMMENT("SL1013", Severity.ERROR, "a comment is not closed"),
    WRONG_BRACKET("SL1014", Severity.ERROR, "a bracket closes what another kind of bracket opened"),

    UNKNOWN_FIELD("SL1101", Severity.ERROR, "a field that nobody knows"),
    WRONG_TYPE("SL1102", Severity.ERROR, "a value is of the wrong type"),
    OUT_OF_RANGE("SL1103", Severity.ERROR, "a number is out of its range"),
    MISSING_FIELD("SL1104", Severity.ERROR, "a field is missing"),
    UNKNOWN_VALUE("SL1105", Severity.ERROR, "a word that is not one of those allowed"),
    REMOVED_FIELD("SL1106", Severity.ERROR, "a field that Xray has removed"),
    NOT_SUPPORTED("SL1107", Severity.ERROR, "something that Xray knows and Sluice cannot do"),
    NO_EFFECT("SL1108", Severity.WARNING, "something that Xray knows and that has no effect here"),

    DUPLICATE_TAG("SL1201", Severity.ERROR, "two inbounds or two outbounds have one tag"),
    UNRESOLVED_OUTBOUND("SL1202", Severity.ERROR, "a rule names an outbound that does not exist"),
    UNRESOLVED_INBOUND("SL1203", Severity.ERROR, "a rule names an inbound that does not exist"),
    PORT_CLASH("SL1204", Severity.ERROR, "two listeners want one port"),
    OPEN_LISTENER("SL1205", Severity.ERROR, "a proxy is open to everybody who reaches it"),
    NO_OUTBOUND("SL1206", Severity.ERROR, "there is no outbound, so nothing could leave"),
    OUTBOUND_CIRCLE("SL1213", Severity.ERROR, "outbounds that go through one another in a circle"),
    EMPTY_RULE("SL1207", Severity.ERROR, "a rule has no condition"),
    UNREACHABLE_RULE("SL1208", Severity.WARNING, "a rule can never match, because an earlier one takes all of it"),
    MARK_CONFLICT("SL1209", Severity.ERROR, "two different marks for the appliance's own sockets"),
    EXPOSED_API("SL1210", Severity.WARNING, "the console is reachable from the network without encryption"),
    COVERED_PASSWORD("SL1212", Severity.ERROR, "a password is covered, as where a configuration is shown"),
    UNUSED_ACCOUNTS("SL1211", Severity.WARNING, "accounts that nobody is asked for"),
    CLEAR_TEXT("SL1214", Severity.ERROR, "a protocol without encryption would cross public networks without TLS"),
    DUPLICATE_USER("SL1215", Severity.ERROR, "two users of an inbound have one key"),
    DUPLICATE_FALLBACK("SL1216", Severity.ERROR, "two fallbacks of an inbound have one condition"),

    BAD_ADDRESS("SL1301", Severity.ERROR, "not an IP address"),
    BAD_PREFIX("SL1302", Severity.ERROR, "not an IP prefix"),
    BAD_PORT("SL1303", Severity.ERROR, "not a port or a list of ports"),
    BAD_DOMAIN("SL1304", Severity.ERROR, "not a domain name"),
    BAD_REGEXP("SL1305", Severity.ERROR, "not a regular expression"),
    NO_GEO_DATA("SL1306", Severity.ERROR, "geo data is asked for, and there is none yet"),
    BAD_TAG("SL1307", Severity.ERROR, "not usable as a tag"),
    BAD_NAME("SL1308", Severity.ERROR, "not usable as an interface or user name"),
    BAD_FINGERPRINT("SL1309", Severity.ERROR, "not the fingerprint of a certificate"),
    BAD_ID("SL1310", Severity.ERROR, "not usable as the id of a user"),
    BAD_KEY("SL1311", Severity.ERROR, "not usable as a password or key"),

    NOT_ACTIVE("SL2001", Severity.ERROR, "a component did not become active"),
    NOT_WRITTEN("SL2002", Severity.ERROR, "the configuration could not be stored"),
    NO_GENERATION("SL2003", Severity.ERROR, "there is no such generation");

    private final String code;
    private final Severity severity;
    private final String sentence;

    ProblemCode(String code, Severity severity, String sentence) {
        this.code = code;
        this.severity = severity;
        this.sentence = sentence;
    }

    public String code() {
        return code;
    }

    public Severity severity() {
        return severity;
    }

    /** What it means in general, without a full stop. */
    public String sentence() {
        return sentence;
    }
}
