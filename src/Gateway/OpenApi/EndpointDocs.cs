using PrivacyGrains.Messages.Http;

namespace PrivacyGrains.Gateway.OpenApi;

/// <summary>The codes that an endpoint may answer beside its success.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Codes">Stable codes.</param>
public sealed record RefusalMetadata(int Status, IReadOnlyList<string> Codes);

/// <summary>What an endpoint says about itself in the OpenAPI document.</summary>
public static class EndpointDocs
{
    /// <summary>Names an endpoint and says what it does.</summary>
    /// <param name="builder">The endpoint.</param>
    /// <param name="name">Its operation id, as <c>ReserveCharge</c>; never renamed.</param>
    /// <param name="summary">One sentence.</param>
    /// <param name="description">What a caller must know besides; may be null.</param>
    public static RouteHandlerBuilder Says(this RouteHandlerBuilder builder, string name, string summary, string? description = null)
    {
        builder.WithName(name).WithSummary(summary);
        return description is null ? builder : builder.WithDescription(description);
    }

    /// <summary>States what a success carries.</summary>
    /// <typeparam name="T">The message.</typeparam>
    /// <param name="builder">The endpoint.</param>
    /// <param name="status">200 or 201.</param>
    public static RouteHandlerBuilder Answers<T>(this RouteHandlerBuilder builder, int status = StatusCodes.Status200OK) =>
        builder.Produces<T>(status, "application/json");

    /// <summary>States codes that it may answer, besides those that every endpoint may.</summary>
    /// <param name="builder">The endpoint.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="codes">Stable codes.</param>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder builder, int status, params string[] codes) =>
        builder.WithMetadata(new RefusalMetadata(status, codes)).Produces<Problem>(status, "application/problem+json");
}
