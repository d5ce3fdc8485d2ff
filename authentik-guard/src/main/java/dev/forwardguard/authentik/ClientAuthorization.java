package dev.forwardguard.authentik;

import dev.forwardguard.authentik.emergency.EmergencyUsers;
import dev.forwardguard.http1.OutgoingHeaders;
import dev.forwardguard.outcome.UpstreamResponse;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;

import java.util.List;
import java.util.function.BiConsumer;

/**
 * The {@code Authorization} that the visitor sent: an application's own token, or an emergency
 * password that the browser still remembers. The token belongs to the application. The emergency
 * password belongs only to this guard.
 *
 * @param values the values of the header as received, usually one
 * @param emergency whether one of them names, in any spelling, a current or former user of the
 *     htpasswd file, or that cannot be told
 */
public record ClientAuthorization(List<String> values, boolean emergency) {
    /**
     * Envoy keeps what an allow does not name, unless it is named here (ext_authz, "Extended
     * configuration of HTTP services").
     */
    public static final String REMOVED_BY_ENVOY = "x-envoy-auth-headers-to-remove";

    public static ClientAuthorization of(HttpHeaders headers, EmergencyUsers users) {
        if (!headers.contains(HttpHeaderNames.AUTHORIZATION)) {
            return new ClientAuthorization(List.of(), false);
        }
        List<String> values = headers.getAll(HttpHeaderNames.AUTHORIZATION);
        return new ClientAuthorization(values, users.mayBeNamedBy(values));
    }

    /** Removes an emergency password from what goes to authentik, which would try it as a login. */
    public void strip(HttpHeaders forUpstream) {
        if (emergency) {
            forUpstream.remove(HttpHeaderNames.AUTHORIZATION);
        }
    }

    /** Does the same for the headers of an upstream request. */
    OutgoingHeaders strip(OutgoingHeaders forUpstream) {
        return emergency
                ? header -> forUpstream.forEach(withoutAuthorization(header))
                : forUpstream;
    }

    private static BiConsumer<CharSequence, CharSequence> withoutAuthorization(
            BiConsumer<? super CharSequence, ? super CharSequence> header) {
        return (name, value) -> {
            if (!HttpHeaderNames.AUTHORIZATION.contentEqualsIgnoreCase(name)) {
                header.accept(name, value);
            }
        };
    }

    /**
     * Adds the application's token to a verdict that allows. Traefik deletes every header of {@code
     * authResponseHeaders} from the visitor's request unless the auth response contains it. {@code
     * Authorization} is listed there so that the emergency password is deleted.
     */
    UpstreamResponse echo(UpstreamResponse verdict) {
        if (!verdict.allows()
                || emergency
                || values.isEmpty()
                || verdict.headers().contains(HttpHeaderNames.AUTHORIZATION)) {
            return verdict;
        }
        HttpHeaders echoed =
                DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        echoed.add(verdict.headers()).set(HttpHeaderNames.AUTHORIZATION, values);
        return new UpstreamResponse(verdict.status(), echoed, verdict.body());
    }

    /** Has Envoy remove an emergency password from the visitor's request. */
    UpstreamResponse removeByEnvoy(UpstreamResponse verdict) {
        if (!emergency || !verdict.allows()) {
            return verdict;
        }
        HttpHeaders removing =
                DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        removing.add(verdict.headers()).set(REMOVED_BY_ENVOY, "authorization");
        return new UpstreamResponse(verdict.status(), removing, verdict.body());
    }

    /** Never contains the values. */
    @Override
    public String toString() {
        return "ClientAuthorization[" + values.size() + ", emergency=" + emergency + "]";
    }
}
