# Built in two steps, so that what runs holds neither Node nor npm.
FROM python:3.13-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/*
WORKDIR /charter
COPY . .
RUN make wheel

FROM python:3.13-slim
COPY requirements.lock /tmp/
RUN pip install --no-cache-dir --require-hashes -r /tmp/requirements.lock
COPY --from=build /charter/dist/*.whl /tmp/
RUN pip install --no-cache-dir --no-deps /tmp/*.whl && rm /tmp/*.whl /tmp/requirements.lock \
 && useradd --system --create-home charter && install -d -o charter /data
USER charter
ENV OUR_CHARTER_DATA_FOLDER=/data OUR_CHARTER_HOST=0.0.0.0 OUR_CHARTER_LOG_FORMAT=json
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s CMD ["python", "-c", \
  "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
CMD ["python", "-m", "server", "serve"]
