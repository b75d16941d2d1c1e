package io.sluice.shadowsocks.stream;

/** SIP022 §3.1.3: which way a message goes. */
final class HeaderType {

    static final int CLIENT = 0;
    static final int SERVER = 1;

    private HeaderType() {}
}
