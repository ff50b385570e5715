using System.CommandLine;
using System.Globalization;
using PrivacyGrains.Ckks;
using PrivacyGrains.Ckks.Parameters;
using PrivacyGrains.Cli.Bench.CkksParser;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Client.Errors;

namespace PrivacyGrains.Cli.Commands;

/// <summary><c>bench ckks-parser</c>: spoilt objects through the readers of SEAL's formats.</summary>
internal static class CkksParserBenchCommand
{
    private const int Piece = 250_000;

    public static Command Build()
    {
        var inputs = new Option<long>("--inputs") { Description = "How many.", DefaultValueFactory = static _ => 10_000_000 };
        inputs.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<long>() is < 1 or > 100_000_000_000)
            {
                result.AddError("--inputs is 1 to 100000000000.");
            }
        });
        var seed = new Option<ulong>("--seed") { Description = "The same inputs for the same seed.", DefaultValueFactory = static _ => 1 };
        var vectors = new Option<string?>("--vectors") { Description = "A folder of objects to spoil beside our own: tests/vectors/ckks/v1 has node-seal's." };
        var command = new Command("ckks-parser", "Spoilt SEAL objects through the readers: none may crash, take memory or be accepted wrongly. Exit code 1 if one does.") { inputs, seed, vectors };
        command.Runs((parsed, output, cancel) =>
        {
            var corpus = Corpus(parsed.GetValue(vectors));
            var (began, count, total) = (TimeProvider.System.GetTimestamp(), parsed.GetValue(inputs), new FuzzResult(0, 0, new(StringComparer.Ordinal), 0, []));
            while (total.Inputs < count && total.Wrong.Count == 0)
            {
                // A seed for each thousand inputs: the next piece begins where this one ended.
                var next = ParserFuzz.Run(corpus, unchecked(parsed.GetValue(seed) + (ulong)(total.Inputs / 1000)), Math.Min(Piece, count - total.Inputs), cancel);
                total = total.With(next);
                output.Note($"{total.Inputs} inputs, {total.Accepted} accepted");
            }

            var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
            output.Result(new CkksParserDocument(total, corpus.Count, seconds), console => console.Write(
                ["outcome", "inputs"],
                [["accepted", Number(total.Accepted)], .. total.Refused.Select(r => (IReadOnlyList<string>)[r.Key, Number(r.Value)]), .. total.Wrong.Select(w => (IReadOnlyList<string>)["WRONG", w])],
                "Nothing was read."));
            return Task.FromResult(total.Wrong.Count == 0 ? 0 : 1);
        });
        return command;
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static List<FuzzObject> Corpus(string? folder)
    {
        var corpus = FuzzObject.Corpus().ToList();
        if (folder is not null)
        {
            if (!Directory.Exists(folder))
            {
                throw new InputException("bench.no-folder", $"--vectors: there is no folder {folder}.");
            }

            var context = new CkksContext(CkksParameters.OfBits(2048, 27, 27));
            corpus.AddRange(Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(f => FuzzObject.OfFile(context, f)).OfType<FuzzObject>());
        }

        return corpus;
    }
}
