using PrivacyGrains.Gateway.Security;

namespace PrivacyGrains.Gateway.Console;

/// <summary>The console: one page that speaks to this gateway alone.</summary>
internal static class ConsoleEndpoints
{
    private static readonly (string Path, string Resource, string MediaType)[] Files =
    [
        ("/", "console.html", "text/html; charset=utf-8"),
        ("/console.css", "console.css", "text/css; charset=utf-8"),
        ("/console.js", "console.js", "text/javascript; charset=utf-8"),
        ("/console.svg", "console.svg", "image/svg+xml"),
    ];

    public static void MapConsole(this IEndpointRouteBuilder app)
    {
        foreach (var (path, resource, mediaType) in Files)
        {
            var bytes = Read(resource);
            app.MapGet(path, (HttpContext context) =>
            {
                context.Response.Headers.ContentSecurityPolicy = SecurityHeaders.ConsoleLoads;
                return TypedResults.Bytes(bytes, mediaType);
            }).AllowAnonymous().ExcludeFromDescription();
        }
    }

    private static byte[] Read(string resource)
    {
        using var stream = typeof(ConsoleEndpoints).Assembly.GetManifestResourceStream($"PrivacyGrains.Gateway.Console.{resource}")
            ?? throw new InvalidOperationException($"The resource {resource} is missing from the build.");
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
