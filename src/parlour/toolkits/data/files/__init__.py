"""The files of a project as a datasource: found, read and searched, and, where that is allowed, changed."""
