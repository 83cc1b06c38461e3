using Holdfast.Status.Access;
using Holdfast.Status.Page;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Status.Operating;

/// <summary>One request for an operators' page: who asks, what the page says now, and what a form sent that was refused.</summary>
/// <remarks>Public only because components are.</remarks>
public sealed class Visit
{
    private readonly SignedIn? signedIn;

    internal Visit(HttpContext context, PageView view, SignedIn? signedIn, Fields? sent)
    {
        Context = context;
        View = view;
        this.signedIn = signedIn;
        Sent = sent;
        FormToken = signedIn?.FormToken ?? Sessions.FormTokenOfNobody(context);
    }

    /// <summary>What there is to say, and when.</summary>
    public PageView View { get; }

    /// <summary>What each form has to send back.</summary>
    public string FormToken { get; }

    /// <summary>What was wrong with what was sent, or null.</summary>
    public string? Error { get; set; }

    /// <summary>What is shown once, such as a new token; or null.</summary>
    public string? Shown { get; set; }

    /// <summary>What has just been done, in words, or null.</summary>
    public string? Done =>
        Context.Request.Query["done"].ToString() switch
        {
            "posted" => "It is on the page.",
            "saved" => "Saved.",
            "shown" => "Everybody sees it now.",
            "removed" => "Removed.",
            "dismissed" => "Dismissed. It is not opened again before its signs are gone.",
            _ => null,
        };

    /// <summary>The request.</summary>
    internal HttpContext Context { get; }

    /// <summary>Who is signed in.</summary>
    internal SignedIn Who => signedIn ?? throw new InvalidOperationException("nobody is signed in");

    /// <summary>Whether somebody is.</summary>
    internal bool IsSignedIn => signedIn is not null;

    /// <summary>What a form sent; null when nothing was.</summary>
    internal Fields? Sent { get; }

    /// <summary>What the page is about.</summary>
    internal object? Subject { get; set; }

    /// <summary>The id in the path.</summary>
    internal string Id => (string)Context.Request.RouteValues["id"]!;

    /// <summary>A field as it was sent, so that nobody has to type again what was refused.</summary>
    /// <param name="name">The field.</param>
    /// <param name="otherwise">What it holds when nothing was sent.</param>
    public string Kept(string name, string? otherwise = "") => Sent?.Raw(name) ?? otherwise ?? "";

    /// <summary>What the page is about.</summary>
    internal T The<T>() => (T)Subject!;
}
