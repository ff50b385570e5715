using PrivacyGrains.Gateway.Problems;
using PrivacyGrains.Messages.Errors;

namespace PrivacyGrains.Gateway.Endpoints;

/// <summary>Checks short texts that go into journals and onto screens.</summary>
internal static class Lines
{
    /// <summary>The problem with a text, or null: it has 1 to so many characters and no control characters.</summary>
    public static ProblemResult? Fault(string? text, string member, int most) =>
        text is { Length: >= 1 } && text.Length <= most && !text.Any(char.IsControl)
            ? null
            : ProblemResult.Of(ProblemCodes.InvalidMember, $"{member} is one line of 1 to {most} characters.");
}
