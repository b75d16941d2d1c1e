package io.sluice.proxyserver.fallback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.api.transport.Arrival;
import io.sluice.api.transport.Security;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FallbacksTest {

    private static final Fallbacks ALL = Fallbacks.parse("", new String[] {
        "xver=0 name= alpn= path= dest=127.0.0.1:1",
        "xver=0 name= alpn=h2 path= dest=127.0.0.1:2",
        "xver=0 name= alpn= path=/ws dest=127.0.0.1:3",
        "xver=1 name=example.org alpn= path= dest=127.0.0.1:4",
        "xver=2 name=www.example.org alpn= path=/a dest=[::1]:5",
        "xver=0 name=unix.example alpn= path= dest=/run/a socket"
    });

    private static Arrival arrival(String name, String protocol) {
        InetSocketAddress any = new InetSocketAddress("192.0.2.1", 1);
        return Arrival.of(any, any)
                .with(new Security(
                        "TLSv1.3",
                        "TLS_AES_128_GCM_SHA256",
                        Optional.of(name).filter(n -> !n.isEmpty()),
                        Optional.of(protocol).filter(p -> !p.isEmpty())));
    }

    private static ByteBuf octets(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "'', '', 'GET / HTTP/1.1 and more', 1",
                "'', '', x, 1",
                "'', h2, 'GET / HTTP/1.1 and more', 2",
                "'', h2, 'GET /ws HTTP/1.1 and more', 3",
                "'', http/1.1, 'GET /ws?ed=2048 HTTP/1.1', 3",
                "'', '', 'OPTIONS /ws HTTP/1.1', 3",
                "'', '', 'GET /wsx HTTP/1.1 and more', 1",
                "Example.ORG, '', 'GET / HTTP/1.1 and more', 4",
                "a.example.org, h2, 'GET / HTTP/1.1 and more', 4",
                "example.org, '', 'GET /ws HTTP/1.1 and more', 3",
                "www.example.org, '', 'GET /a HTTP/1.1 and more', 5",
                "www.example.org, '', 'GET /b HTTP/1.1 and more', 1",
                "other.test, '', 'GET / HTTP/1.1 and more', 1"
            })
    void choice_isXrays(String name, String protocol, String first, int port) {
        Fallback chosen = ALL.choose(arrival(name, protocol), octets(first)).orElseThrow();

        assertThat(((Fallback.Tcp) chosen.destination()).endpoint().getPort()).isEqualTo(port);
    }

    @Test
    void unixSocket_mayHaveSpacesInItsPath() {
        Fallback chosen = ALL.choose(arrival("unix.example", ""), null).orElseThrow();

        assertThat(chosen.destination()).isEqualTo(new Fallback.Unix("/run/a socket"));
    }

    @Test
    void withoutOneForAny_otherNamesHaveNone() {
        Fallbacks one = Fallbacks.parse("", new String[] {"xver=0 name=example.org alpn= path= dest=127.0.0.1:4"});

        assertThat(one.choose(arrival("other.test", ""), octets("x"))).isEmpty();
        assertThat(one.choose(arrival("example.org", ""), octets("x"))).isPresent();
        assertThat(Fallbacks.NONE.choose(arrival("", ""), octets("x"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "xver=3 name= alpn= path= dest=127.0.0.1:1",
                "xver=0 name= alpn= path=ws dest=127.0.0.1:1",
                "xver=0 name= alpn= path= dest=127.0.0.1",
                "xver=0 name= alpn= path= dest=example.org:80",
                "xver=0 name= alpn= path= dest=127.0.0.1:0",
                "xver=x name= alpn= path= dest=127.0.0.1:1",
                "name= xver=0 alpn= path= dest=127.0.0.1:1"
            })
    void wrongLine_isRefused(String line) {
        assertThatThrownBy(() -> Fallback.parse(line)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void proxyHeader_isAsItsDocumentSays() {
        InetSocketAddress client = new InetSocketAddress("192.0.2.1", 0x1234);
        InetSocketAddress local = new InetSocketAddress("198.51.100.2", 443);
        InetSocketAddress client6 = new InetSocketAddress("2001:db8::1", 0x1234);
        InetSocketAddress local6 = new InetSocketAddress("2001:db8::2", 443);

        assertThat(text(1, client, local)).isEqualTo("PROXY TCP4 192.0.2.1 198.51.100.2 4660 443\r\n");
        assertThat(text(1, client6, local6))
                .isEqualTo("PROXY TCP6 2001:db8:0:0:0:0:0:1 2001:db8:0:0:0:0:0:2 4660 443\r\n");
        assertThat(text(1, client, local6)).isEqualTo("PROXY UNKNOWN\r\n");
        assertThat(hex(2, client, local))
                .isEqualTo("0d0a0d0a000d0a515549540a" + "2111000c" + "c0000201c6336402" + "123401bb");
        assertThat(hex(2, client6, local6)).startsWith("0d0a0d0a000d0a515549540a" + "21210024" + "20010db8");
        assertThat(hex(2, client, local6)).isEqualTo("0d0a0d0a000d0a515549540a" + "20000000");
    }

    private static String text(int version, InetSocketAddress client, InetSocketAddress local) {
        ByteBuf out = Unpooled.buffer();
        ProxyHeader.write(version, client, local, out);
        return out.toString(StandardCharsets.US_ASCII);
    }

    private static String hex(int version, InetSocketAddress client, InetSocketAddress local) {
        ByteBuf out = Unpooled.buffer();
        ProxyHeader.write(version, client, local, out);
        return io.netty.buffer.ByteBufUtil.hexDump(out);
    }
}
