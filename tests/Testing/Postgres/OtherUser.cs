using System.Diagnostics;

namespace PrivacyGrains.Testing;

/// <summary>Runs a program as an unprivileged user where this process is root, because PostgreSQL refuses to run as root.</summary>
internal static class OtherUser
{
    /// <summary>The user to become; null where this process is not root.</summary>
    public static string? Name { get; } = !Environment.IsPrivilegedProcess || OperatingSystem.IsWindows() ? null : Exists("postgres") ? "postgres" : "nobody";

    /// <summary>A start of <c>sh -c script</c> as that user, with the arguments as $1, $2, ...</summary>
    public static ProcessStartInfo Shell(string script, params IEnumerable<string> arguments)
    {
        string[] shell = ["/bin/sh", "-c", script, "sh", .. arguments];
        string[] line = Name is null
            ? shell
            : Programs.Find("setpriv") is { } setpriv
                ? [setpriv, $"--reuid={Name}", $"--regid={Output("id", "-g", Name)}", "--clear-groups", .. shell]
                : [Programs.Find("runuser") ?? throw new InvalidOperationException("As root, setpriv or runuser is needed to start PostgreSQL as another user."), "-u", Name, "--", .. shell];
        return new ProcessStartInfo(line[0], line[1..]) { WorkingDirectory = "/", UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
    }

    /// <summary>Makes a folder of that user's own, in the first temporary place that it can reach.</summary>
    public static string CreateFolder()
    {
        foreach (var parent in new[] { Path.GetTempPath(), "/tmp", "/var/tmp", "/dev/shm" }.Where(Directory.Exists))
        {
            var folder = Path.Combine(parent, $"privacygrains-pg-{Guid.NewGuid():N}");
            Directory.CreateDirectory(folder);
            if (Name is not null)
            {
                Output("chown", Name, folder);
            }

            using var probe = Process.Start(Shell("test -w \"$1\" && cd \"$1\"", folder))!;
            probe.WaitForExit();
            if (probe.ExitCode == 0)
            {
                return folder;
            }

            Directory.Delete(folder);
        }

        throw new InvalidOperationException($"No temporary folder can be reached by the user '{Name}': set TMPDIR to one that others may traverse.");
    }

    private static bool Exists(string user) => File.Exists("/etc/passwd") && File.ReadLines("/etc/passwd").Any(line => line.StartsWith(user + ":", StringComparison.Ordinal));

    private static string Output(string program, params IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
    }
}
