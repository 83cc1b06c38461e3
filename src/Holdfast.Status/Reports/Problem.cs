using Holdfast.Status.Storage;

namespace Holdfast.Status.Reports;

/// <summary>What a visitor says is wrong.</summary>
public enum Problem
{
    /// <summary><c>not_loading</c>: nothing comes.</summary>
    NotLoading,

    /// <summary><c>errors</c>: error messages come.</summary>
    Errors,

    /// <summary><c>slow</c></summary>
    Slow,

    /// <summary><c>sign_in</c>: signing in fails.</summary>
    SignIn,

    /// <summary><c>part</c>: a part of it does not work.</summary>
    Part,

    /// <summary><c>other</c></summary>
    Other,
}

/// <summary>Problem types in words.</summary>
internal static class Problems
{
    /// <summary>Its name in forms and documents.</summary>
    public static string Key(Problem problem) => StatusWords<Problem>.Of(problem);

    /// <summary>As the button's list has it.</summary>
    public static string Text(Problem problem) =>
        problem switch
        {
            Problem.NotLoading => "It does not load at all",
            Problem.Errors => "It shows error messages",
            Problem.Slow => "It is very slow",
            Problem.SignIn => "I can't sign in",
            Problem.Part => "A part of it does not work",
            _ => "Something else",
        };
}
