package dev.forwardguard.runtime;

import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;

/** The simplest sign of life, on the port of the guard itself: depends on nothing. */
@Controller("/healthz")
final class Healthz {
    @Get
    @Produces(MediaType.TEXT_PLAIN)
    String ok() {
        return "ok\n";
    }
}
