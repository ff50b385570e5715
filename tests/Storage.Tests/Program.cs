namespace PrivacyGrains.Storage.Tests;

/// <summary>What this assembly does when it is started by itself: it is the crash tests' writer.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => args switch
    {
        ["write", var journal and ("file" or "postgres"), var pace and ("paced" or "free")] =>
            CrashWriter.RunAsync(journal, Environment.GetEnvironmentVariable(CrashedProcess.PlaceVariable)!, pace == "paced"),
        _ => Task.FromResult(2),
    };
}
