package dev.forwardguard.authentik.emergency.form;

import dev.forwardguard.authentik.AuthentikSettings;
import dev.forwardguard.authentik.emergency.EmergencyPaths;
import dev.forwardguard.authentik.emergency.session.EmergencySessions;
import dev.forwardguard.guard.AuthRequest;
import dev.forwardguard.guard.AuthResponse;
import dev.forwardguard.guard.Guard;
import dev.forwardguard.server.CallerConnection;
import dev.forwardguard.server.OtherRequests;
import dev.forwardguard.server.UnexpectedFailureHandler;
import dev.forwardguard.settings.LiveSettings;

import io.micronaut.context.annotation.Context;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.HttpMethod;

import org.jspecify.annotations.Nullable;

/**
 * Takes the form of the emergency page, and signs people out. Only pages of the site itself may
 * send anything: another site could sign its visitors in or out.
 */
@Context // a bean that cannot be created stops the start, not the first request
final class EmergencyForms implements OtherRequests {
    private final LiveSettings<AuthentikSettings> settings;
    private final SignInPolicy policy;
    private final EmergencySessions sessions;
    private final Guard guard;
    private final UnexpectedFailureHandler failures;
    private final FormPlaces places = new FormPlaces();

    EmergencyForms(
            LiveSettings<AuthentikSettings> settings,
            SignInPolicy policy,
            EmergencySessions sessions,
            Guard guard,
            UnexpectedFailureHandler failures) {
        this.settings = settings;
        this.policy = policy;
        this.sessions = sessions;
        this.guard = guard;
        this.failures = failures;
    }

    @Override
    public ChannelHandler handlerFor(CallerConnection connection) {
        return new FormHandler(this, connection);
    }

    /** Before the pass-through, to which these paths belong as well. */
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    /** Whether a path is one that no other handler may get. */
    static boolean owns(String path) {
        return path.startsWith(EmergencyPaths.PREFIX);
    }

    /** A request under the settings that it began with. */
    FormRequest begin(AuthRequest request, HttpMethod method) {
        return new FormRequest(this, settings.now(), request, method);
    }

    SignInPolicy policy() {
        return policy;
    }

    FormPlaces places() {
        return places;
    }

    EmergencySessions sessions() {
        return sessions;
    }

    /** The response to a request whose handling failed. */
    AuthResponse failed(AuthRequest request, @Nullable Throwable bug) {
        return AuthResponse.of(failures.decide(guard.policy(), request.headers(), bug));
    }
}
