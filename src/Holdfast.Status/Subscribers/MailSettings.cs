using System.Net.Mail;

namespace Holdfast.Status.Subscribers;

/// <summary>Where mail goes out.</summary>
/// <param name="Host">The server.</param>
/// <param name="Port">Its port.</param>
/// <param name="IsTls">Whether TLS begins at once (<c>smtps</c>); else STARTTLS is used where the server offers it.</param>
/// <param name="User">Who signs in there, or null.</param>
/// <param name="Password">With what.</param>
/// <param name="From">Whom mails are from.</param>
public sealed record MailSettings(string Host, int Port, bool IsTls, string? User, string? Password, string From)
{
    /// <summary>Reads <c>smtp://USER:PASSWORD@HOST:PORT</c>, or <c>smtps</c>.</summary>
    /// <param name="address">The server.</param>
    /// <param name="from">Whom mails are from.</param>
    /// <exception cref="FormatException">One of them is wrong; the message says what is allowed, and never a password.</exception>
    public static MailSettings Read(string address, string from)
    {
        if (
            !Uri.TryCreate(address, UriKind.Absolute, out var uri)
            || uri.Scheme is not ("smtp" or "smtps")
            || uri.Host.Length == 0
            || uri.PathAndQuery is not ("" or "/")
        )
        {
            throw new FormatException("the mail server has to be smtp://USER:PASSWORD@HOST:PORT, or smtps://");
        }

        if (!MailAddress.TryCreate(from, out _))
        {
            throw new FormatException(
                $"'{from}' is no address to send mail from; it has to be status@example.com, or 'Name <status@example.com>'"
            );
        }

        var tls = uri.Scheme == "smtps";
        var parts = uri.UserInfo.Split(':', 2);
        return new MailSettings(
            uri.DnsSafeHost,
            uri.Port > 0 && !(uri.IsDefaultPort && tls) ? uri.Port
                : tls ? 465
                : 587,
            tls,
            parts[0].Length > 0 ? Uri.UnescapeDataString(parts[0]) : null,
            parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : null,
            from
        );
    }

    /// <summary>No secret.</summary>
    public override string ToString() => $"mail over {Host}:{Port}";
}
