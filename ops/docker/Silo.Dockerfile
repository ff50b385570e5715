# A silo on the Orleans engine, with the command privacygrains beside it for who keeps a party's folder in its volume. Build from the repository's root.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/Silo -c Release -p:GrainEngine=Orleans -p:Seal=true -o /app --nologo \
 && dotnet publish src/Cli -c Release -p:GrainEngine=Orleans -p:Seal=true -o /cli --nologo

FROM mcr.microsoft.com/dotnet/aspnet:10.0
COPY --from=build /app /app
COPY --from=build /cli /cli
COPY ops/docker/healthy /usr/local/bin/healthy
# A new volume takes its owner from the folder in the image.
RUN ln -s /cli/privacygrains /usr/local/bin/privacygrains \
 && install -d -o $APP_UID -g $APP_UID -m 700 /data
WORKDIR /app
USER $APP_UID
ENV DOTNET_EnableDiagnostics=0 \
    PrivacyGrains__Data=/data \
    PrivacyGrains__Http=http://0.0.0.0:8081
VOLUME /data
EXPOSE 8081 11111 30000
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 CMD ["healthy", "8081"]
ENTRYPOINT ["/app/PrivacyGrains.Silo"]
