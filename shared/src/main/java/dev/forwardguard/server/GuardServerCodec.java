package dev.forwardguard.server;

import dev.forwardguard.http1.FastRequestParser;
import dev.forwardguard.http1.HeaderNames;

import io.micronaut.http.server.netty.configuration.NettyHttpServerConfiguration;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Netty's HTTP codec with a {@linkplain FastRequestParser fast path} for usual auth requests.
 * Netty's decoder would create two strings for each header.
 */
final class GuardServerCodec
        extends CombinedChannelDuplexHandler<HttpRequestDecoder, HttpResponseEncoder> {
    private final Predicate<String> handles;
    private final Supplier<HeaderNames> unread;

    /** The methods of the requests that are not answered yet. */
    private final Queue<HttpMethod> methods = new ArrayDeque<>(1);

    /**
     * @param limits the size limits of Micronaut's own codec
     * @param handles whether a path is one of an auth request
     * @param unread the headers of an auth request that no code reads; read anew for each request
     */
    GuardServerCodec(
            NettyHttpServerConfiguration limits,
            Predicate<String> handles,
            Supplier<HeaderNames> unread) {
        this.handles = handles;
        this.unread = unread;
        init(
                new Decoder(
                        new HttpDecoderConfig()
                                .setMaxInitialLineLength(limits.getMaxInitialLineLength())
                                .setMaxHeaderSize(limits.getMaxHeaderSize())
                                .setMaxChunkSize(limits.getMaxChunkSize())
                                .setInitialBufferSize(limits.getInitialBufferSize())),
                new Encoder());
    }

    private final class Decoder extends HttpRequestDecoder {
        private boolean atBeginning = true;

        private Decoder(HttpDecoderConfig config) {
            super(config);
        }

        @Override
        protected void decode(ChannelHandlerContext ctx, ByteBuf bytes, List<Object> out)
                throws Exception {
            FullHttpRequest fast =
                    atBeginning ? FastRequestParser.read(bytes, handles, unread.get()) : null;
            if (fast != null) {
                methods.add(fast.method());
                out.add(fast);
                return;
            }
            int before = out.size();
            super.decode(ctx, bytes, out);
            List<Object> decoded = out.subList(before, out.size());
            for (Object part : decoded) {
                if (part instanceof HttpRequest request) {
                    methods.add(request.method());
                }
            }
            atBeginning = !decoded.isEmpty() && isEnd(decoded.getLast());
        }

        /**
         * Whether the next bytes begin a new message. After any other part Netty may hold the
         * beginning of a message, or have stopped decoding.
         */
        private static boolean isEnd(Object part) {
            return part instanceof LastHttpContent end && end.decoderResult().isSuccess();
        }
    }

    private final class Encoder extends HttpResponseEncoder {
        /** A response to HEAD has no content (RFC 9110 section 9.3.2). */
        @Override
        protected boolean isContentAlwaysEmpty(HttpResponse response) {
            boolean interim = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
            HttpMethod method = interim ? null : methods.poll();
            return HttpMethod.HEAD.equals(method) || super.isContentAlwaysEmpty(response);
        }
    }
}
