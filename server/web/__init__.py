"""What all pages share: templates, forms, headers, logs of requests, error pages, health."""
