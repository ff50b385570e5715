using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PrivacyGrains.Engine;
using PrivacyGrains.Gateway.Calls;
using PrivacyGrains.Gateway.Console;
using PrivacyGrains.Gateway.Endpoints;
using PrivacyGrains.Gateway.Limits;
using PrivacyGrains.Gateway.OpenApi;
using PrivacyGrains.Gateway.Problems;
using PrivacyGrains.Gateway.Security;
using PrivacyGrains.Gateway.Streams;
using PrivacyGrains.Gateway.Telemetry;
using PrivacyGrains.Messages.Errors;
using PrivacyGrains.Messages.Http;

namespace PrivacyGrains.Gateway.Hosting;

/// <summary>Puts the gateway into a web application: one that hosts a silo too, or one that only reaches a cluster.</summary>
public static class GatewayHosting
{
    private static readonly ProblemResult UnknownRoute = ProblemResult.Of(ProblemCodes.UnknownRoute, "The OpenAPI document at /openapi/v1.json lists the routes.");

    /// <summary>Adds the gateway's services and sets the server's addresses and limits. An <c>IGrainFactory</c> must come from a silo or a client beside it.</summary>
    /// <param name="builder">The application's builder.</param>
    /// <param name="settings">What the operator set.</param>
    /// <returns>The builder.</returns>
    public static WebApplicationBuilder AddPrivacyGrainsGateway(this WebApplicationBuilder builder, GatewaySettings settings)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(settings);
        builder.WebHost.UseUrls([.. settings.Urls]);
        builder.WebHost.ConfigureKestrel(kestrel => KestrelDoor.Configure(kestrel, settings));
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(settings);
        services.AddSingleton<GrainCalls>();
        services.AddSingleton<KeyMemory>();
        services.AddSingleton<IdempotencyMemory>();
        services.AddSingleton<EventStream>();
        services.AddHttpContextAccessor();
        services.AddExceptionHandler<ExceptionProblems>();
        services.AddProblemDetails();
        services.AddSingleton<IAuthorizationHandler, ScopeHandler>();
        services.AddAuthentication(ApiKeyHandler.SchemeName).AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKeyHandler.SchemeName, null);
        services.AddAuthorization(Policies.Add);
        services.AddRateLimiter(options => RateLimits.Add(options, settings));
        services.Configure<RouteHandlerOptions>(static o => o.ThrowOnBadRequest = true);
        services.Configure<JsonOptions>(static o => MessagesJson.ApplyStrict(o.SerializerOptions));
        services.AddOpenApi("v1", OpenApiDocs.Configure);
        return builder;
    }

    /// <summary>Sets the order of the gateway's steps and maps its routes.</summary>
    /// <param name="app">The application.</param>
    /// <returns>The application.</returns>
    public static WebApplication MapPrivacyGrainsGateway(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var settings = app.Services.GetRequiredService<GatewaySettings>();

        // 1. Every request is measured, and every answer, a failure's too, has the headers.
        app.Use(GatewayMetrics.Measure);
        app.Use(SecurityHeaders.Set);
        app.UseExceptionHandler();
        app.UseStatusCodePages(static context => Bare(context.HttpContext).ExecuteAsync(context.HttpContext));

        // 2. An address's limit comes before its key is looked at, a credential's after.
        app.Use(RateLimits.ForAddresses(settings));
        app.UseRouting();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.Use(static (context, next) => context.GetEndpoint() is null ? UnknownRoute.ExecuteAsync(context) : next(context)); // which is open to all, unlike all else
        app.UseAuthorization();

        // 3. Grains learn who asked.
        app.Use(static (context, next) =>
        {
            if (ApiCaller.Of(context.User) is { } caller)
            {
                Grains.Caller.Set(caller.CredentialId);
            }

            return next(context);
        });
        app.UseMiddleware<IdempotentWrites>();
        MapRoutes(app, settings);
        return app;
    }

    private static void MapRoutes(WebApplication app, GatewaySettings settings)
    {
        var v1 = app.MapGroup("/v1").RequireAuthorization(Policies.Member).AddEndpointFilter<RouteNames>();
        v1.MapConsortium();
        v1.MapParties();
        v1.MapJoining();
        v1.MapKeys();
        v1.MapBudgets();
        v1.MapCharges();
        v1.MapModels(settings);
        v1.MapEncryptedModels(settings);
        v1.MapEncryptedModelKeys(settings);
        v1.MapInferences(settings);
        v1.MapStock(settings);
        v1.MapAudit();
        v1.MapWork();
        v1.MapRounds();
        v1.MapTrainings();
        v1.MapQueries();
        app.MapHealth();
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        app.MapGrainMetrics().AllowAnonymous().DisableRateLimiting();
        if (settings.Console)
        {
            app.MapConsole();
        }
    }

    private static ProblemResult Bare(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => UnknownRoute,
        StatusCodes.Status405MethodNotAllowed => ProblemResult.Of(ProblemCodes.WrongMethod, $"Allowed: {context.Response.Headers.Allow}."),
        StatusCodes.Status413PayloadTooLarge => ProblemResult.Of(ProblemCodes.TooLarge, "Send a shorter body."),
        StatusCodes.Status415UnsupportedMediaType => ProblemResult.Of(ProblemCodes.WrongMediaType, "The OpenAPI document states which media type the route takes."),
        >= 500 => ProblemResult.Of(ProblemCodes.Internal, null),
        _ => ProblemResult.Of(ProblemCodes.Malformed, "The request breaks HTTP."),
    };
}
