namespace PrivacyGrains.Messages.Http;

/// <summary>What the gateway answers where it does not answer what was asked for: problem details after RFC 9457, as <c>application/problem+json</c>.</summary>
/// <param name="Type"><c>urn:privacygrains:problem:</c> and the code.</param>
/// <param name="Title">The code in words: the same for every problem of that code.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">One sentence on this case: what to change. Public; null where nothing may be said.</param>
/// <param name="Code">Stable, lower case with dots (<see cref="Errors.ProblemCodes"/>): what a program decides by.</param>
/// <param name="TraceId">Names this request in the gateway's log and traces.</param>
public sealed record Problem(string Type, string Title, int Status, string? Detail, string Code, string? TraceId);
