package dev.forwardguard.authentik.emergency.session;

import dev.forwardguard.client.ClientAddress;
import dev.forwardguard.htpasswd.Htpasswd;
import dev.forwardguard.htpasswd.HtpasswdEntry;
import dev.forwardguard.live.LiveValue;
import dev.forwardguard.time.Ticker;

import io.netty.handler.codec.http.HttpHeaders;

import jakarta.inject.Singleton;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Gives emergency sessions and recognises them. They are off without a key. */
@Singleton
public final class EmergencySessions {
    /** For a replica whose clock is behind, a token must not expire too late to be genuine. */
    private static final Duration CLOCKS_DIFFER = Duration.ofSeconds(5);

    /** However short sessions are, a browser may keep the password for long. */
    private static final Duration MARK = Duration.ofHours(12);

    private final LiveValue<Htpasswd> users;
    private final LiveValue<SessionKey> key;
    private final Clock clock;
    private final RecentSignIns recent;

    EmergencySessions(
            LiveValue<Htpasswd> users, LiveValue<SessionKey> key, Clock clock, Ticker ticker) {
        this.users = users;
        this.key = key;
        this.clock = clock;
        this.recent = new RecentSignIns(ticker);
    }

    /** Whether there are sessions: the length is not zero, and there is a key. */
    public boolean areOn(Duration length) {
        return !length.isZero() && key.get().isPresent();
    }

    /** The session that a request comes with. */
    public sealed interface Session {
        /** It comes with none. */
        record None() implements Session {}

        /** It comes with something that is none, or is none here and now. */
        record Invalid() implements Session {}

        /**
         * A session.
         *
         * @param user whose password was right when it began
         */
        record Of(String user) implements Session {}

        /** Its user has signed out, and the browser may still remember the password. */
        record SignedOut() implements Session {}
    }

    /**
     * Recognises the session of a request. That it is a request over TLS has to be known.
     *
     * @param length of sessions, as it is set now: one that was given for longer has ended
     */
    public Session of(HttpHeaders headers, Duration length) {
        List<String> cookies =
                EmergencyCookie.isIn(headers) ? EmergencyCookie.values(headers) : List.of();
        if (cookies.isEmpty() || !areOn(length)) {
            return new Session.None();
        }
        Optional<VisitorHost> host = VisitorHost.of(headers);
        Optional<SessionKey> now = key.get();
        if (cookies.size() > 1 || host.isEmpty() || now.isEmpty()) {
            return new Session.Invalid();
        }
        Instant moment = clock.instant();
        String here = host.get().name();
        return SessionToken.decode(cookies.getFirst(), this::line, now.get())
                .filter(token -> token.holds(moment, moment.plus(length), here))
                .<Session>map(token -> new Session.Of(token.user()))
                .or(
                        () ->
                                SignOutMark.decode(cookies.getFirst(), now.get())
                                        .filter(mark -> mark.holds(moment, here))
                                        .map(mark -> new Session.SignedOut()))
                .orElse(new Session.Invalid());
    }

    private Optional<HtpasswdEntry> line(String user) {
        return users.get().flatMap(file -> file.entry(user));
    }

    /**
     * How a session begins: the browser is sent to the same page again, with a cookie.
     *
     * @param location the page, absolute
     * @param cookie the value of {@code Set-Cookie}
     */
    public record Beginning(String location, String cookie) {
        /** Never the cookie. */
        @Override
        public String toString() {
            return "Beginning";
        }
    }

    /**
     * Begins a session for a password that came with a request. Empty if there are none, if this is
     * not a browser that opens a page, if its address is not beyond doubt, or if the browser does
     * not keep the cookie.
     *
     * @param line of the user whose password was right; if another one is in force by now, nothing
     *     comes of the session
     * @param length of the session
     */
    public Optional<Beginning> begin(
            HtpasswdEntry line, HttpHeaders headers, ClientAddress from, Duration length) {
        return areOn(length) && PageLoad.isByBrowser(headers)
                ? PageAddress.of(headers)
                        .filter(page -> recent.add(line.user(), from, page))
                        .flatMap(page -> begin(line, page, length))
                : Optional.empty();
    }

    /**
     * Begins a session for a password that was typed into the form of a page. Empty if there are
     * none by now.
     *
     * @param line as in {@link #begin(HtpasswdEntry, HttpHeaders, ClientAddress, Duration)}
     * @param page where the form was, or the start page of the same host
     * @param length of the session
     */
    public Optional<Beginning> begin(HtpasswdEntry line, PageAddress page, Duration length) {
        if (length.isZero()) {
            return Optional.empty();
        }
        Instant expires = clock.instant().plus(length).minus(CLOCKS_DIFFER);
        return key.get()
                .map(
                        now -> {
                            var token = new SessionToken(line.user(), page.host().name(), expires);
                            return new Beginning(
                                    page.location(), EmergencyCookie.set(token.encode(line, now)));
                        });
    }

    /**
     * Ends the session of a browser. A copy of its token is good until it expires. If the password
     * still comes within twelve hours, it is refused once.
     *
     * @return the value of {@code Set-Cookie}
     */
    public String end(VisitorHost host) {
        return key.get()
                .map(now -> new SignOutMark(host.name(), clock.instant().plus(MARK)).encode(now))
                .map(EmergencyCookie::set)
                .orElseGet(EmergencyCookie::clear);
    }
}
