using PrivacyGrains.Client.Errors;

namespace PrivacyGrains.Client.Agents;

/// <summary>One agent for each party's folder: two would settle each other's charges.</summary>
internal static class AgentLock
{
    /// <summary>Takes the lock until disposed; the machine gives it back where the process dies.</summary>
    /// <exception cref="InputException"><c>agent.already-running</c>.</exception>
    public static IDisposable Take(string folder)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "agent")).FullName, "lock");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new InputException("agent.already-running", $"An agent of this party runs already: {path} is locked. Stop it first.", e);
        }
    }
}
