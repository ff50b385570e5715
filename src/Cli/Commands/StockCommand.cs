using System.CommandLine;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Messages.Stock;
using Spectre.Console;

namespace PrivacyGrains.Cli.Commands;

/// <summary><c>infer stock</c>: how the correlations stand that are dealt ahead.</summary>
internal static class StockCommand
{
    public static Command Build()
    {
        var command = new Command("stock", "Plans that correlations are dealt ahead for, and how their stock stands.");
        command.Runs(async (parsed, output, cancel) =>
        {
            using var gateway = parsed.Connect();
            var all = await gateway.Stock.ListAsync(cancel);
            output.Result(new Listing<ReserveBody>(all), console => Write(console, all));
        });
        return command;
    }

    internal static void Write(IAnsiConsole console, IReadOnlyList<ReserveBody> all) => console.Write(
        ["plan", "ready", "wanted", "ordered", "a minute", "bytes of a lot", "kept by", "compute", "dealer"],
        all.Select(r => (IReadOnlyList<string>)[
            r.Name, $"{r.Ready}", $"{r.Target}", $"{r.Ordered}", Tables.Number(r.LotsPerMinute), $"{r.LotBytes}", r.RunsOutAt is { } until ? $"{r.KeptBy} until {until:HH:mm}" : r.KeptBy, string.Join(' ', r.ComputeParties), r.Dealer]),
        "No stock is kept.");
}
