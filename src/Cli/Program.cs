using PrivacyGrains.Cli.Commands;

namespace PrivacyGrains.Cli;

internal static class Program
{
    private static Task<int> Main(string[] args) => CommandTree.RunAsync(args, Console.Out, Console.Error);
}
