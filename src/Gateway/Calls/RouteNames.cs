using System.Buffers;
using PrivacyGrains.Gateway.Problems;
using PrivacyGrains.Messages.Errors;

namespace PrivacyGrains.Gateway.Calls;

/// <summary>Refuses names in a path that no thing can have, before they become a grain's key.</summary>
internal sealed class RouteNames : IEndpointFilter
{
    private static readonly SearchValues<char> NameChars = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-.");

    /// <summary>Whether a text names a budget: 1 to 64 characters of a-z, 0-9 and hyphen, beginning with a letter or digit.</summary>
    public static bool IsBudget(string? text) => IsName(text) && !text!.Contains('.', StringComparison.Ordinal);

    /// <summary>Whether a text names a data set, a model, a job and the like: 1 to 64 characters of a-z, 0-9, hyphen and dot, beginning with a letter or digit.</summary>
    public static bool IsName(string? text) => text is { Length: >= 1 and <= 64 } && char.IsAsciiLetterOrDigit(text[0]) && !text.AsSpan().ContainsAnyExcept(NameChars);

    /// <summary>Whether a text names a party: 1 to 64 characters of a-z, 0-9 and hyphen, beginning with a letter.</summary>
    public static bool IsParty(string? text) => IsName(text) && char.IsAsciiLetterLower(text![0]) && !text.Contains('.', StringComparison.Ordinal);

    /// <summary>Whether a text is an id that a caller chose: 1 to 160 printable ASCII characters but the percent sign.</summary>
    /// <remarks>A server leaves %2F in a path as it is; without percent signs in ids, it can only mean a slash.</remarks>
    public static bool IsId(string? text) => text is { Length: >= 1 and <= 160 } && text.All(c => c is >= ' ' and <= '~' and not '%');

    /// <summary>An id as it stood before it was put into a path.</summary>
    public static string Unescape(string id) => id.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        foreach (var (name, value) in context.HttpContext.Request.RouteValues)
        {
            var text = value as string;
            var fault = name switch
            {
                "party" or "owner" when !IsParty(text) => $"A {(name == "party" ? "party" : "round's owner")} is named by 1 to 64 characters of a-z, 0-9 and hyphen, beginning with a letter.",
                "chargeId" when !IsId(text is null ? null : Unescape(text)) => "An id has 1 to 160 printable ASCII characters and no percent sign.",
                "budget" when !IsBudget(text) => "A budget is named by 1 to 64 characters of a-z, 0-9 and hyphen.",
                "model" or "dataSet" or "job" or "query" or "session" or "plan" when !IsName(text) =>
                    $"A {name} is named by 1 to 64 characters of a-z, 0-9, hyphen and dot, beginning with a letter or digit.",
                _ => null,
            };
            if (fault is not null)
            {
                return ValueTask.FromResult<object?>(ProblemResult.Of(ProblemCodes.InvalidParameter, fault));
            }
        }

        return next(context);
    }
}
