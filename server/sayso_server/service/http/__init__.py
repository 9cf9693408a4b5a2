"""The service over HTTP: JSON by the Connect protocol, and a page. Needs the extra `http` (starlette and uvicorn)."""
