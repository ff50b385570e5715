using System.Diagnostics;
using System.Text.Json;
using PrivacyGrains.Gateway.Telemetry;
using PrivacyGrains.Grains;
using PrivacyGrains.Messages.Http;

namespace PrivacyGrains.Gateway.Problems;

/// <summary>A refusal as an HTTP answer.</summary>
internal sealed class ProblemResult : IResult
{
    /// <summary>RFC 9457, section 3.</summary>
    public const string MediaType = "application/problem+json";

    private readonly int _status;
    private readonly string _code;
    private readonly string _title;
    private readonly string? _detail;

    private ProblemResult(int status, string code, string title, string? detail)
    {
        _status = status;
        _code = code;
        _title = title;
        _detail = detail;
    }

    /// <summary>One of the gateway's own codes.</summary>
    public static ProblemResult Of(string code, string? detail)
    {
        var (status, title) = ProblemCatalogue.Of(code);
        return new ProblemResult(status, code, title, detail);
    }

    /// <summary>A grain's refusal.</summary>
    public static ProblemResult Of(Refusal refusal)
    {
        var (status, title) = ProblemCatalogue.Of(refusal.Kind);
        return new ProblemResult(status, refusal.Code, title, refusal.Message);
    }

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = _status;
        response.ContentType = MediaType;
        GatewayMetrics.CountRefusal(httpContext, _code);
        var problem = new Problem(
            $"urn:privacygrains:problem:{_code}", _title, _status, _detail, _code, Activity.Current?.TraceId.ToString() ?? httpContext.TraceIdentifier);
        var bytes = JsonSerializer.SerializeToUtf8Bytes(problem, HttpJson.Default.Problem);
        response.ContentLength = bytes.Length;
        await response.Body.WriteAsync(bytes, httpContext.RequestAborted);
    }
}
