package io.sluice.proxyserver.http;

import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;

/** Netty's encoder, told whether the answer is one to HEAD: then its head announces a body that does not follow (RFC 9110 §9.3.2). */
final class ResponseEncoder extends HttpResponseEncoder {

    private boolean toHead;

    void toHead(boolean head) {
        toHead = head;
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpResponse response) {
        return toHead || super.isContentAlwaysEmpty(response);
    }
}
