using System.Text.Json;
using PrivacyGrains.Messages.Errors;
using PrivacyGrains.Messages.Http;

namespace PrivacyGrains.Gateway.Problems;

/// <summary>Tells what is wrong with a request that could not be bound to its endpoint's parameters.</summary>
/// <remarks>The platform says which of several JSON errors it met in words only. A test holds these words, so that a change of them is seen.</remarks>
internal static class BodyProblems
{
    /// <summary>The code and the sentence for a failed binding.</summary>
    public static ProblemResult Of(BadHttpRequestException exception) => exception switch
    {
        { StatusCode: StatusCodes.Status413PayloadTooLarge } => ProblemResult.Of(ProblemCodes.TooLarge, "Send a shorter body; the OpenAPI document states each route's limit."),
        { StatusCode: StatusCodes.Status408RequestTimeout } => ProblemResult.Of(ProblemCodes.TooSlow, "Send the body faster."),
        { StatusCode: StatusCodes.Status415UnsupportedMediaType } => ProblemResult.Of(ProblemCodes.WrongMediaType, "Send JSON as application/json."),
        { InnerException: JsonException json } => Of(json),
        { InnerException: BadHttpRequestException inner } => Of(inner),
        _ when exception.Message.Contains("no body was provided", StringComparison.Ordinal) || exception.Message.Contains("from body", StringComparison.Ordinal) => ProblemResult.Of(ProblemCodes.NotJson, "A JSON body is needed."),
        _ when exception.Message.StartsWith("Failed to bind", StringComparison.Ordinal) || exception.Message.StartsWith("Required parameter", StringComparison.Ordinal) =>
            ProblemResult.Of(ProblemCodes.InvalidParameter, Parameter(exception.Message)),
        _ => ProblemResult.Of(ProblemCodes.Malformed, "The request breaks HTTP, or its body ended early."),
    };

    private static ProblemResult Of(JsonException json)
    {
        var at = Place(json);
        return json.Message switch
        {
            var m when m.Contains("could not be mapped to any .NET member", StringComparison.Ordinal) =>
                ProblemResult.Of(ProblemCodes.UnknownMember, $"{at} is no member of this message. Remove it."),
            var m when m.Contains("Duplicate", StringComparison.OrdinalIgnoreCase) => ProblemResult.Of(ProblemCodes.DuplicateMember, $"{at} stands twice. Remove one."),
            var m when m.Contains("missing required properties", StringComparison.Ordinal) =>
                ProblemResult.Of(ProblemCodes.MissingMember, $"Missing: {m[(m.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(". Path", 2)[0].Trim().TrimEnd('.')}."),
            var m when m.StartsWith(FiniteNumber.Refusal, StringComparison.Ordinal) => ProblemResult.Of(ProblemCodes.NotFinite, $"{at} must be a finite number."),
            _ when json.InnerException is { } inner && inner.GetType().Name == "JsonReaderException" =>
                ProblemResult.Of(ProblemCodes.NotJson, $"The body is not JSON: line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1}."),
            _ => ProblemResult.Of(ProblemCodes.InvalidMember, $"{at} has another type than this message's, or is null."),
        };
    }

    private static string Place(JsonException json) =>
        json.Path is { Length: > 2 } path ? path[2..] : "The body";

    private static string Parameter(string message)
    {
        // "Failed to bind parameter "long from" from "x"." and "Required parameter "string kind" was not provided from query string."
        var parts = message.Split('"');
        var name = parts.Length > 1 ? parts[1].Split(' ')[^1] : "A parameter";
        return message.StartsWith("Required", StringComparison.Ordinal) ? $"The parameter {name} is missing." : $"The parameter {name} has another type.";
    }
}
