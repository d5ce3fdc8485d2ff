package dev.forwardguard.authentik;

import dev.forwardguard.htpasswd.ClaimedUsers;
import dev.forwardguard.htpasswd.Htpasswd;
import dev.forwardguard.upstream.UpstreamResponse;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpStatusClass;

import java.util.List;
import java.util.Optional;

/**
 * The {@code Authorization} that the visitor sent along: an application's own token, or an
 * emergency password that his browser still remembers. The first belongs to the application, the
 * second to nobody but this guard.
 *
 * @param values the header as it came, usually one value
 * @param emergency whether a user of the htpasswd file is named in it, in whatever spelling
 */
record ClientAuthorization(List<String> values, boolean emergency) {

    static ClientAuthorization of(HttpHeaders headers, Optional<Htpasswd> users) {
        if (!headers.contains(HttpHeaderNames.AUTHORIZATION)) {
            return new ClientAuthorization(List.of(), false);
        }
        List<String> values = headers.getAll(HttpHeaderNames.AUTHORIZATION);
        boolean emergency =
                users.filter(known -> ClaimedUsers.in(values).anyMatch(known::hasUser)).isPresent();
        return new ClientAuthorization(values, emergency);
    }

    /** Takes an emergency password out of what goes to authentik, which would try it as a login. */
    void strip(HttpHeaders forUpstream) {
        if (emergency) {
            forUpstream.remove(HttpHeaderNames.AUTHORIZATION);
        }
    }

    /**
     * Gives an application its token back. Traefik deletes every header of {@code
     * authResponseHeaders} from the visitor's request unless the answer has it; {@code
     * Authorization} is listed there so that the emergency password is deleted.
     */
    void echo(UpstreamResponse verdict) {
        boolean allows = verdict.status().codeClass() == HttpStatusClass.SUCCESS;
        if (allows
                && !emergency
                && !values.isEmpty()
                && !verdict.headers().contains(HttpHeaderNames.AUTHORIZATION)) {
            verdict.headers().set(HttpHeaderNames.AUTHORIZATION, values);
        }
    }

    /** Never the values. */
    @Override
    public String toString() {
        return "ClientAuthorization[" + values.size() + ", emergency=" + emergency + "]";
    }
}
