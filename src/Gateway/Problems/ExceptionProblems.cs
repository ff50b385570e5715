using Microsoft.AspNetCore.Diagnostics;
using PrivacyGrains.Gateway.Calls;
using PrivacyGrains.Messages.Errors;

namespace PrivacyGrains.Gateway.Problems;

/// <summary>Turns exceptions into problems: the machine's trouble has codes too, and never a detail that tells about the inside.</summary>
internal sealed partial class ExceptionProblems(ILogger<ExceptionProblems> logger) : IExceptionHandler
{
    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested && exception is OperationCanceledException or IOException)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        await Map(exception).ExecuteAsync(httpContext);
        return true;
    }

    private ProblemResult Map(Exception exception)
    {
        switch (exception)
        {
            case BadHttpRequestException bad:
                return BodyProblems.Of(bad);
            case PartyUnavailableException away:
                LogUnavailable(away.InnerException);
                return ProblemResult.Of(ProblemCodes.PartyUnavailable, away.Message);
            case TimeoutException:
                return ProblemResult.Of(ProblemCodes.Deadline, "Whether a write happened is not known: ask, or repeat it under the same id.");
            case OrleansException:
                LogUnavailable(exception);
                return ProblemResult.Of(ProblemCodes.ClusterUnavailable, "No silo answers. Try again later.");
            default:
                LogFailed(exception);
                return ProblemResult.Of(ProblemCodes.Internal, null);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A request failed")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A silo is not there")]
    private partial void LogUnavailable(Exception? exception);
}
