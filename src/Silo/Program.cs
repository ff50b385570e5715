namespace PrivacyGrains.Silo;

internal static class Program
{
    /// <summary>Runs one silo until it is asked to stop; 2 for settings that it cannot start with.</summary>
    private static async Task<int> Main(string[] args)
    {
        try
        {
            var builder = WebApplication.CreateBuilder(args);
            var settings = SiloSettings.Read(builder.Configuration.GetSection(SiloSettings.Section));
            builder.AddPrivacyGrainsSilo(settings);
            builder.WebHost.UseUrls(settings.Http);
            var app = builder.Build();
            app.MapPrivacyGrainsSilo();
            await app.RunAsync();
            return 0;
        }
        catch (SiloSettingsException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 2;
        }
    }
}
