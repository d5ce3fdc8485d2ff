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
 * Netty's HTTP codec with a shorter way for {@linkplain FastRequestParser ordinary requests}, for
 * which it would make two strings of each header.
 */
final class GuardServerCodec
        extends CombinedChannelDuplexHandler<HttpRequestDecoder, HttpResponseEncoder> {
    private final Predicate<String> requests;
    private final Supplier<HeaderNames> unread;

    /** Of the requests that are not answered yet. */
    private final Queue<HttpMethod> methods = new ArrayDeque<>(1);

    /**
     * @param limits what Micronaut's own codec would refuse
     * @param requests says of a path whether it is one of a question
     * @param unread which headers of a question nobody will ask for; asked anew for each
     */
    GuardServerCodec(
            NettyHttpServerConfiguration limits,
            Predicate<String> requests,
            Supplier<HeaderNames> unread) {
        this.requests = requests;
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
                    atBeginning ? FastRequestParser.read(bytes, requests, unread.get()) : null;
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
         * Anything else may be the beginning of a message, of which Netty keeps what it has read,
         * or the end of all messages.
         */
        private static boolean isEnd(Object part) {
            return part instanceof LastHttpContent end && end.decoderResult().isSuccess();
        }
    }

    private final class Encoder extends HttpResponseEncoder {
        /** RFC 9110 section 9.3.2. */
        @Override
        protected boolean isContentAlwaysEmpty(HttpResponse response) {
            boolean interim = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
            HttpMethod asked = interim ? null : methods.poll();
            return HttpMethod.HEAD.equals(asked) || super.isContentAlwaysEmpty(response);
        }
    }
}
