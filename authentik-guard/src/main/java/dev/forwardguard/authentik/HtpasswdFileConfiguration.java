package dev.forwardguard.authentik;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;

import java.nio.file.Path;

/**
 * Where the htpasswd file is.
 *
 * @param file the file to follow; it may come later
 */
@ConfigurationProperties("guard.htpasswd")
record HtpasswdFileConfiguration(
        @Bindable(defaultValue = "/etc/forward-guard/htpasswd") Path file) {}
