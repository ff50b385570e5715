using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using PrivacyGrains.Gateway.Hosting;
using PrivacyGrains.Grains.Hosting;

namespace PrivacyGrains.EndToEnd.Tests.Operations;

/// <summary>The instruments that the code declares, by the names that Prometheus gets: dots become underscores, the unit follows, and _total on a counter.</summary>
internal static class DeclaredMetrics
{
    public static IReadOnlySet<string> Names()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Name.StartsWith("privacygrains.", StringComparison.Ordinal))
                {
                    names.Add(NameOf(instrument));
                }
            },
        };
        listener.Start();
        var assembly = typeof(GrainServices).Assembly;
        using var services = new ServiceCollection().AddPrivacyGrains(new GrainSettings("test", "silo")).BuildServiceProvider();
        services.GetRequiredService(assembly.GetType("PrivacyGrains.Grains.GrainMetrics", throwOnError: true)!);
        RuntimeHelpers.RunClassConstructor(typeof(GatewayHosting).Assembly.GetType("PrivacyGrains.Gateway.Telemetry.GatewayMetrics", throwOnError: true)!.TypeHandle);
        return names;
    }

    private static string NameOf(Instrument instrument)
    {
        var isCounter = instrument.GetType().GetGenericTypeDefinition() == typeof(Counter<>) || instrument.GetType().GetGenericTypeDefinition() == typeof(ObservableCounter<>);
        var unit = instrument.Unit switch
        {
            null => "",
            ['{', ..] => "",
            "s" => "_seconds",
            "By" => "_bytes",
            var other => throw new NotSupportedException($"Say here how '{other}' is written."),
        };
        return instrument.Name.Replace('.', '_') + unit + (isCounter ? "_total" : "");
    }
}
