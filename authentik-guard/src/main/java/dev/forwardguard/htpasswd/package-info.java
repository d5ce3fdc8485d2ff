/**
 * Who may enter while single sign-on is down: an htpasswd file as an immutable value, the {@code
 * Authorization: Basic} header that is held against it, and the challenge that asks for one. Pure:
 * no framework, no Kubernetes, no input or output, no clock; any thread may call anything.
 *
 * <p>Read {@link dev.forwardguard.htpasswd.Htpasswd} first. Its {@code parse} turns a file's bytes
 * into users and rejected lines, its {@code authenticate} is the only method in the project that
 * says a password is right. {@link dev.forwardguard.htpasswd.Credentials} are what a client sent,
 * read strictly; {@link dev.forwardguard.htpasswd.ClaimedUsers} reads the same header as leniently
 * as anybody could, to keep an emergency password from travelling on. Each supported password
 * format is one {@link dev.forwardguard.htpasswd.PasswordHash}.
 *
 * <p>Two habits hold everywhere. Passwords, hashes and the text of lines never appear in a {@code
 * toString}, a message or a cause. And the way to {@code true} is a single path: whatever goes
 * wrong on it is an exception or {@code false}.
 */
@NullMarked
package dev.forwardguard.htpasswd;

import org.jspecify.annotations.NullMarked;
