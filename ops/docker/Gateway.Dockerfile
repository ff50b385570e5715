# A gateway to a cluster on the Orleans engine. Build from the repository's root.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/Gateway -c Release -p:GrainEngine=Orleans -o /app --nologo

FROM mcr.microsoft.com/dotnet/aspnet:10.0
COPY --from=build /app /app
COPY ops/docker/healthy /usr/local/bin/healthy
WORKDIR /app
USER $APP_UID
ENV DOTNET_EnableDiagnostics=0 \
    PrivacyGrains__Gateway__Urls__0=http://0.0.0.0:8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 CMD ["healthy", "8080"]
ENTRYPOINT ["/app/PrivacyGrains.Gateway"]
