/**
 * The pages of Emergency Access that have an address of their own, on every protected domain: where
 * its form is sent to, and where people sign out. {@link
 * dev.forwardguard.authentik.emergency.form.EmergencyForms} is the entrance. These requests come
 * from visitors as they are, not from Traefik about them.
 *
 * <p>A form signs in only if there is no verdict, as a password does in {@code Authorization}; so
 * the outpost is asked first, about the page where the form was.
 */
@NullMarked
package dev.forwardguard.authentik.emergency.form;

import org.jspecify.annotations.NullMarked;
